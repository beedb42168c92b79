"""Drills: what happens when processes are killed, clocks are set, disks are full and stores hang. `make drill`."""
