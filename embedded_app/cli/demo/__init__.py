"""`flask demo`: a store, a Xero and a day of orders on this machine, with the real program between them.

command.py   the options, the order of events, and the end of everything on Ctrl-C
premises.py  what must be free before anything is started
machine.py   what runs: database, both sandboxes, gunicorn, worker, sweeper
opening.py   the store installs the app, connects Xero and maps its accounts
day.py       the day is played and watched
mishaps.py   what may go wrong on a day with faults; faulty_day.py lets it, fates.py tells what became of it
shifted.py   the clock of such a day, which is moved on where there is nothing to do but wait
rows.py      what the program's own rows say of it
lines.py     how it reads on the terminal
closing.py   the store's totals against the books'
"""

from embedded_app.cli.demo.command import demo

__all__ = ["demo"]
