"""Runs the stages: knows what is stale and why, and is the only room that knows them all.

``plan`` turns a story and its ``book.toml`` into a plan, which is data; ``run`` carries it out.

========== =====================================================================
options    what is asked of one build, beside what the book says
recipe     what each artefact is made of, and so its key
choose     which chapters are meant
wording    what is said before and after a book, in its language
split      a chapter in, parts that are no longer than a file may be out
pieces     chapters in, what becomes one file each out
directed   what the author directs between segments: who reads, how the music changes
voices     an address in, an installed voice that speaks the story's language out
fallback   who reads what an online voice cannot be asked for
prepare    story and settings in, readings and work orders out
records    what is compared the next time
reasons    why a chapter is stale, in words
state      what the last build of this folder made
plan       what is to be spoken, mixed and written: plain data
estimate   how long it will take and be, from what earlier builds measured
schedule   stale chapters in, tasks out
workers    processes that speak and mix
pool       tasks in, results out, though workers die
folder     the lock of an output folder
sounds     the encodings of a chapter that formats ask for
mastering  stems in, an encoded chapter at its profile's level out
arrange    a chapter's timeline and stems
cues       timeline and music's plan in, what the music must meet out
chapter    the job of one worker: clips in, a mastered chapter out
events     what a build tells while it runs
artwork    the cover, the author's own or drawn
edition    plan in, the book as its formats see it out
describe   plan and measurements in, ``build.json`` out
release    chapters in, the output folder out
excerpt    the beginning of a chapter, as much as is to be heard
run        carries a plan out
preview    an excerpt in, one file out
========== =====================================================================
"""
