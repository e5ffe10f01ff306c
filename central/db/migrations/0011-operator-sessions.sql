-- Who shows the operator's token in a browser gets a session as well: pages and their live streams carry no headers.
alter table staff_sessions drop constraint staff_sessions_role_check;
alter table staff_sessions add constraint staff_sessions_role_check check (role in ('operator', 'administrator', 'analyst'));
