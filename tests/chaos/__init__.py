"""``kill -9`` at random moments; the loop is ``make chaos``, a short form of it runs with the tests."""
