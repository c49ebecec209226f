"""The servers of the trial: real programs on free ports of this machine, with their files in one folder."""
