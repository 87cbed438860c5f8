"""The customer's portal (お客様専用ページ): a face beside the ACME interface, on the same services."""
