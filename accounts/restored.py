"""What becomes of mails in a backup that is restored: see bookstore/backups."""

# Run where no schema is searched. Staff find them in the outbox among those that failed.
HOLDING = [
    """
    UPDATE public.accounts_outboxmessage SET next_try_at = NULL,
        last_error = 'Held by a restore: it may have left after the backup was made.'
    WHERE next_try_at IS NOT NULL
    """
]
