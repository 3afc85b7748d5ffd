"""Runs a command until standard input is closed, so that it ends with whoever started it, however that one ended."""

import subprocess
import sys
import threading

child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)


def end_with_input():
    sys.stdin.buffer.read()
    child.terminate()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()


threading.Thread(target=end_with_input, daemon=True).start()
sys.exit(child.wait())
