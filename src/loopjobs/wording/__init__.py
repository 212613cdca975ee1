"""Durations, distances in time and schedules in words: the same on the page and in the command."""

from loopjobs.wording._durations import ago, ahead, exact, span, whole
from loopjobs.wording._schedules import schedule

__all__ = ["ago", "ahead", "exact", "schedule", "span", "whole"]
