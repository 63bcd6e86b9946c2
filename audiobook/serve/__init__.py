"""A finished folder in, answers over HTTP out: for a browser on this machine, or a phone near it.

======= =====================================================================
ranges  what part of a file is asked for
shelf   the files that may be asked for, and what they are
door    who may come in
answers a request in, an answer out
server  takes connections, no more than it can serve
reach   the addresses under which this machine is found
======= =====================================================================
"""
