-- Only PostgreSQL needs it: here an import takes the triggers away.
select 1;
