"""What the old schedulers have left behind."""

from collections.abc import Callable
from pathlib import Path

import pytest

from loopjobs.migration import Inventory, Move, Preferences, read_file, take_stock

QUARTZ_XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<job-scheduling-data xmlns="http://quartznet.sourceforge.net/JobSchedulingData" version="2.0">
  <processing-directives>
    <overwrite-existing-data>true</overwrite-existing-data>
  </processing-directives>
  <schedule>
    <job>
      <name>KeepAlive</name>
      <group>login</group>
      <description>Declare PCs offline whose keep-alives have stopped.</description>
      <job-type>Login.Jobs.PcKeepAliveJob, Login</job-type>
      <durable>true</durable>
      <recover>false</recover>
      <job-data-map>
        <entry><key>ChangeStateTimeInMinutes</key><value>15</value></entry>
        <entry><key>ConnectionString</key><value>Server=db;Password=hunter2</value></entry>
      </job-data-map>
    </job>
    <trigger>
      <simple>
        <name>every-10-seconds</name>
        <job-name>KeepAlive</job-name>
        <job-group>login</job-group>
        <start-time-seconds-in-future>600</start-time-seconds-in-future>
        <repeat-count>-1</repeat-count>
        <repeat-interval>10000</repeat-interval>
      </simple>
    </trigger>
    <job>
      <name>TokenCleanup</name>
      <job-type>Login.Jobs.TokenCleanupJob, Login</job-type>
      <durable>true</durable>
      <recover>true</recover>
    </job>
    <trigger>
      <cron>
        <name>nightly</name>
        <job-name>TokenCleanup</job-name>
        <calendar-name>Holidays</calendar-name>
        <misfire-instruction>DoNothing</misfire-instruction>
        <cron-expression>0 30 2 ? * MON-FRI</cron-expression>
        <time-zone>W. Europe Standard Time</time-zone>
      </cron>
    </trigger>
    <trigger>
      <cron>
        <name>by-day</name>
        <job-name>TokenCleanup</job-name>
        <cron-expression>0 0/5 * * * ?</cron-expression>
      </cron>
    </trigger>
    <job>
      <name>Invoices</name>
      <job-type>Shop.Jobs.InvoiceJob, Shop</job-type>
    </job>
    <trigger>
      <cron>
        <name>mid-month</name>
        <job-name>Invoices</job-name>
        <cron-expression>0 0 6 15W * ?</cron-expression>
      </cron>
    </trigger>
    <trigger>
      <calendar-interval>
        <name>hourly</name>
        <job-name>Invoices</job-name>
        <end-time>2030-01-01T00:00:00Z</end-time>
        <repeat-interval>2</repeat-interval>
        <repeat-interval-unit>Hour</repeat-interval-unit>
      </calendar-interval>
    </trigger>
    <job>
      <name>ByHand</name>
      <job-type>Shop.Jobs.ByHandJob, Shop</job-type>
    </job>
  </schedule>
</job-scheduling-data>
"""

Stock = Callable[..., Inventory]
"""Takes the name of a file and its text."""


@pytest.fixture
def stock(tmp_path: Path) -> Stock:
    """Write a file of an old scheduler, and take stock of it."""

    def stock(name: str, text: str, preferences: Preferences | None = None) -> Inventory:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return take_stock(read_file(path), preferences)

    return stock


def of(inventory: Inventory, name: str) -> Move:
    """Return the entry with that name, rather one that moves."""
    found = [move for move in inventory.moves if move.name == name]
    return max(found, key=lambda move: bool(move.settings))


def topics(move: Move) -> set[str]:
    """Return what its findings are about."""
    return {finding.topic.value for finding in move.findings}
