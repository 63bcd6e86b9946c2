"""Runs the stages: knows what is stale and why, and is the only room that knows them all.

``plan`` turns a story and its ``book.toml`` into a plan, which is data; ``run`` carries it out.

========== =====================================================================
recipe     what each artefact is made of, and so its key
plan       story and settings in, plan out: what is to be spoken, mixed, written
reasons    why a chapter is stale, in words
state      what the last build of this folder made
workers    processes that speak and mix
chapter    the job of one worker: clips in, a mastered chapter out
release    chapters in, the output folder out
run        carries a plan out
========== =====================================================================
"""
