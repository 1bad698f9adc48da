"""Counts ballots with votelib, once: `tally.py METHOD FILE SEATS`, a line `3:o1>o2` for each kind of ballot."""

import json
import sys
import time

import votelib.convert
import votelib.evaluate.condorcet
import votelib.evaluate.sequential

method, file, seats = sys.argv[1], sys.argv[2], int(sys.argv[3])
votes = {}
with open(file) as lines:
    for line in lines:
        count, ranking = line.strip().split(":")
        votes[tuple(ranking.split(">"))] = int(count)

started = time.process_time()
if method == "schulze":
    pairs = votelib.convert.RankedToCondorcetVotes().convert(votes)
    winners = votelib.evaluate.condorcet.Schulze().evaluate(pairs, seats)
else:
    # Gregory is the weighted inclusive Gregory method, in exact fractions.
    count = votelib.evaluate.sequential.TransferableVoteSelector(quota_function="droop", transferer="Gregory")
    winners = count.evaluate(votes, seats)
print(json.dumps({"count_seconds": time.process_time() - started, "winners": list(winners)}))
