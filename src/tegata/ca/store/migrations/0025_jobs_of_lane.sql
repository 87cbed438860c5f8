-- What is due first of each lane, without a look at all that waits in it.
CREATE INDEX jobs_of_lane ON jobs (lane, due_at);
