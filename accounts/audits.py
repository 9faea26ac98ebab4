"""What of mails `manage.py audit` proves: see bookstore/auditing.py."""

from bookstore.auditing import Check

from .models import OutboxMessage

# The worker looks every minute. A mail of a thread is free once all earlier ones are sent or given
# up; when one was given up is not noted, and its tries take a day.
STUCK = """
SELECT mail.id, mail.next_try_at, mail.attempts
FROM accounts_outboxmessage mail, LATERAL (
    SELECT max(sent_at) AS sent_at, count(next_try_at) AS waiting,
        count(*) FILTER (WHERE sent_at IS NULL AND next_try_at IS NULL) AS failed
    FROM accounts_outboxmessage earlier
    WHERE earlier.thread = mail.thread AND mail.thread <> '' AND earlier.id < mail.id
) before
WHERE mail.next_try_at IS NOT NULL AND before.waiting = 0
    AND greatest(mail.next_try_at, before.sent_at) + before.failed * interval '1 day'
        < now() - interval '1 hour'
ORDER BY mail.id
"""

CHECKS = [
    Check(
        "mails",
        "A mail that is due is sent or tried within the hour",
        of=OutboxMessage,
        differing=STUCK,
        says="mail {}: due since {:%Y-%m-%d %H:%M %Z}, tried {} times",
    )
]
