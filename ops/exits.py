"""What the exit statuses mean, for scripts."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    WELL = 0
    NEEDS_A_LOOK = 1
    WRONG_USE = 2
    OUT_OF_REACH = 3
    #  What a shell answers for a command that Ctrl-C ended.
    STOPPED = 130


EXPLAINED = """\
exit status:
  0    done, and nothing needs a look
  1    `status` found something, or a part of what was asked could not be done
  2    wrong use: an argument, a setting, or something that is not there
  3    storage cannot be reached, or refuses
  130  stopped by Ctrl-C
"""
