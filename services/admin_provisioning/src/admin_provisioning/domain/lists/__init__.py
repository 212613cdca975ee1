"""Lists of PCs as people and programs send them, read into rows."""

from admin_provisioning.domain.lists.columns import Column
from admin_provisioning.domain.lists.errors import (
    NEVER_RETRIED,
    ListError,
    NoGoodRowError,
    RowFault,
    RowFaultCode,
    TooManyRowsError,
    UnreadableListError,
)
from admin_provisioning.domain.lists.pc_list import ListedRow, PcList, read_csv, read_rows

__all__ = [
    "NEVER_RETRIED",
    "Column",
    "ListError",
    "ListedRow",
    "NoGoodRowError",
    "PcList",
    "RowFault",
    "RowFaultCode",
    "TooManyRowsError",
    "UnreadableListError",
    "read_csv",
    "read_rows",
]
