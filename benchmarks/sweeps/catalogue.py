"""The jobs that are measured."""

from typing import Final

from sweeps import bulk_job_cleanup, pc_delete, pc_keep_alive, token_cleanup

CASES: Final = (pc_keep_alive.CASE, pc_delete.CASE, token_cleanup.CASE, bulk_job_cleanup.CASE)
