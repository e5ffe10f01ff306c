-- What a model's features are called, for whoever is judged by them.
alter table standing_models add column words jsonb not null default '{}';
