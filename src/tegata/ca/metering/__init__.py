"""What is measured, around the CA's seams: requests, jobs, validations, signatures. Nothing inside knows of it."""
