-- What each book said when a difference was found: the terminal's journal and the hub's ledger are out of central's reach later.

alter table reconciliation_exceptions add column sides jsonb not null default '[]';
