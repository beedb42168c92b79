"""Threads of a test that begin at one moment."""

import threading


def at_once(*doings) -> list:
    """Let threads begin at one moment; gives what each brought, and raises what one raised."""
    start, brought, raised = threading.Barrier(len(doings)), [], []

    def run(doing) -> None:
        try:
            start.wait()
            brought.append(doing())
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in doings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
    return brought
