"""The ticks to come, told from options alone."""

from loopjobs.cli._plan.arithmetic import Plan, PlannedTick, plan_ticks

__all__ = ["Plan", "PlannedTick", "plan_ticks"]
