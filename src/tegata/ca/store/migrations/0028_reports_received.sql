-- All reports a page at a time: one may name very many certificates.
CREATE INDEX problem_reports_received ON problem_reports (received_at, id);
