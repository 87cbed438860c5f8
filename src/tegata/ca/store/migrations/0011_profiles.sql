-- What an order asked for, or was given because it asked for nothing.
ALTER TABLE orders ADD COLUMN profile TEXT;
