"""Where sessions are kept: in the database, and for as long as was promised at the sign-in."""

from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import transaction
from django.utils import timezone

# How long a sign-in without "remember me" lasts without a visit, if the browser is not closed before.
UNREMEMBERED = timedelta(hours=12)


class SessionStore(DatabaseStore):
    """Django's sessions in the database, and three things more.

    A sign-in that is to end with the browser ends on the server too, UNREMEMBERED after its last
    visit: a copy of its cookie would not. The row of the list of sessions follows the session to a
    new key, and goes when the session is flushed. The end can be put off without writing the data.
    """

    # When the session would end, as it was read from the database.
    ends_at: datetime | None = None

    @property
    def is_signed_in(self) -> bool:
        return SESSION_KEY in self

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        self.ends_at = row.expire_date if row else None
        return self.decode(row.session_data) if row else {}

    def get_session_cookie_age(self) -> int:
        if self.is_signed_in and self.get_expire_at_browser_close():
            return int(UNREMEMBERED.total_seconds())
        return super().get_session_cookie_age()

    @transaction.atomic
    def cycle_key(self) -> None:
        """Go on under a new key. SessionInterrupted if the sign-in was ended since it was read."""
        if not self.is_signed_in:
            super().cycle_key()
            return
        before = self.session_key
        if before and not self.model.objects.filter(session_key=before).delete()[0]:
            raise SessionInterrupted("The session was ended before the request was completed.")
        super().cycle_key()
        UserSession.objects.filter(session_key=before).update(session_key=self.session_key)

    def flush(self) -> None:
        if self.is_signed_in:
            UserSession.objects.filter(session_key=self.session_key).delete()
        super().flush()

    def was_written_before(self, moment: datetime) -> bool:
        """Whether the session as it was read began to count its time before `moment`."""
        age = timedelta(seconds=self.get_expiry_age())
        return self.ends_at is not None and self.ends_at - age < moment

    def put_off(self) -> bool:
        """Begin to count the time anew, and leave the data as it is. False if the session is gone.

        Another request may be writing the data at this moment.
        """
        sessions = self.model.objects.filter(
            session_key=self.session_key, expire_date__gt=timezone.now()
        )
        return bool(sessions.update(expire_date=self.get_expiry_date()))
