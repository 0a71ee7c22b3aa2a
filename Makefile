# Every target does what the npm script of its name does: who has no make types that.
# Variables on the command line (make dev STEP=6 PORT=8002) reach it through the environment.

.DEFAULT_GOAL := help

# The page runs for hours: it takes no more memory after five hundred saves than after the first.
NODE_ARGS :=
learn: NODE_ARGS := --max-semi-space-size=2

.PHONY: dev check hint progress metrics learn diff take begin solve restore up down native load reload rules ask incident join board job exporter pager amtool outage doctor prefetch help test e2e bench
dev check hint progress metrics learn diff take begin solve restore up down native load reload rules ask incident join board job exporter pager amtool outage doctor prefetch help test e2e bench:
	@node $(NODE_ARGS) workshop/run.js $@
