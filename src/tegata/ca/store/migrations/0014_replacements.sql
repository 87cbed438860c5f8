-- When the CA's operator wants a certificate replaced, and the page that tells its holder why.
ALTER TABLE certificates ADD COLUMN replace_from INTEGER;
ALTER TABLE certificates ADD COLUMN replace_by INTEGER;
ALTER TABLE certificates ADD COLUMN replace_page TEXT;
