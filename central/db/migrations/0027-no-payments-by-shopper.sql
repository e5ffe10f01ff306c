-- The one index that payments reached at any place in it, so that its cost grew with the book. Only the lake looked there,
-- once for all the erasures of a pass: it reads the table instead.
drop index payments_by_shopper;
