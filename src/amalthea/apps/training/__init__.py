"""What ``amalthea train`` is made of: what it is asked for, what it tries and trains, and what it leaves."""
