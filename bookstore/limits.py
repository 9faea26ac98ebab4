"""How often one may try, as allauth reads it (ACCOUNT_RATE_LIMITS).

Per network address ("ip"), per person ("user"), per email address ("key"). What is refused with a
page is open again after TRY_AGAIN_AFTER, so a stranger's tries cannot keep an owner out for long.
"""

# Seconds after which nobody who was refused need wait any longer.
TRY_AGAIN_AFTER = 60 * 5

RATES = {
    "login": "30/m/ip",
    "login_failed": "20/5m/ip,5/5m/key",
    "signup": "20/5m/ip",
    "reset_password": "20/5m/ip",
    "reset_password_from_key": "20/5m/ip",
    "reauthenticate": "10/5m/user",
    "change_password": "10/5m/user",
    "manage_email": "10/5m/user",
    # Whoever asks too often is not told so, but gets no mail: the second counts each kind of mail to
    # each address (accounts/adapter.py).
    "confirm_email": "1/m/key",
    "mail": "3/h/key",
    # Guessing a number and its address would take for ever.
    "find_order": "10/m/ip",
    "use_voucher": "10/m/ip",
    # It reads all there is of a person; its own page says how long to wait.
    "download_data": "5/h/user",
}
