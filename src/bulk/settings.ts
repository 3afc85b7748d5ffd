// Settings of a load's own transaction.

/**
 * Sent along with `begin`. Deferred constraints are checked at once, so that a refusal names its rows instead of the
 * commit; locks are waited for.
 */
export const loadSettings = `\
set local lock_timeout = 0;
set local idle_in_transaction_session_timeout = 0;
set constraints all immediate`;

/**
 * For what takes longer than one batch. The planner's guesses about staging are rough, so JIT (0.2 s for a statement of
 * 0.3 s) stays out of it and sorts get memory. Where the server can, it notices soon that its client was killed;
 * Windows servers cannot. In a transaction of the caller's they hold until its end.
 */
export const longLoadSettings = `\
set local jit = off;
set local work_mem = '128MB';
do $$ begin perform set_config('client_connection_check_interval', '2s', true); exception when others then null; end $$`;
