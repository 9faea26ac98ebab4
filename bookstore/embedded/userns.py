"""Run a program as an ordinary user who still owns everything that its caller owns.

Usage: userns.py UID PROGRAM [ARGUMENT...]

PostgreSQL refuses to run as root. Inside a user namespace the caller appears under the number
UID, while the kernel goes on checking files against the real owner: nothing needs a chmod or
a chown, and no second account is involved. This is a script because a process must have a
single thread to enter such a namespace, and a web server has many.
"""

import os
import sys
from pathlib import Path


def main(inside: str, program: str, *arguments: str) -> None:
    """Replace this process by the program. OSError where user namespaces are forbidden."""
    user, group = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER)
    # The kernel accepts a group map from an ordinary user only after setgroups is given up.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{inside} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{inside} {group} 1")
    os.execv(program, [program, *arguments])


if __name__ == "__main__":
    main(*sys.argv[1:])
