"""Every setting of the shop. What differs between machines comes from the environment (or `.env`)."""

import os
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from . import databases, limits, logs, other_sites, particulars, sharing, spoken
from .environment import (
    BASE_DIR,
    env,
    folder,
    required,
    secret,
    sum_of_money,
)
from .replicas import addresses

# Paths
# Everything that this machine writes: database, mail files, pictures, collected static files.
LOCAL_DIR = BASE_DIR / ".local"

# Core
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = required("SECRET_KEY", "a long random text that signs links and sessions")
SECRET_KEY_FALLBACKS = [key for key in secret("SECRET_KEY_FALLBACKS").split(",") if key]
ALLOWED_HOSTS = [
    host.strip()
    for host in required("ALLOWED_HOSTS", "the host names of the shop, with commas").split(",")
]
# The address that stands in mails and that the worker, which sees no request, builds links with.
SITE_URL = env.str("SITE_URL", default=f"https://{ALLOWED_HOSTS[0]}").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "bookstore.urls"
WSGI_APPLICATION = "bookstore.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Apps
INSTALLED_APPS = [
    "bookstore",
    "accounts",
    "catalog",
    "waitlist",
    "shop",
    "reviews",
    "bookstore.apps.ShopAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_countries",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.google",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "simple_history",
]

# Middleware
MIDDLEWARE = [
    "bookstore.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bookstore.compression.CompressionMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "bookstore.middleware.LanguageMiddleware",
    "bookstore.middleware.RefusalsMiddleware",
    "bookstore.middleware.AccountPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "bookstore.middleware.HostMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "bookstore.middleware.MaintenanceMiddleware",
    "accounts.middleware.VisitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.StillYouMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "bookstore.middleware.RefusedFormMiddleware",
    "bookstore.middleware.ReaderMiddleware",
    "bookstore.htmx.LiveRegionMiddleware",
    "bookstore.replicas.middleware.ReplicaMiddleware",
]

# Templates
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bookstore.context_processors.shop",
            ],
        },
    },
]

# Database
DATABASE_URL = required(
    "DATABASE_URL", "the address of a PostgreSQL (postgres://…), or the word embedded"
)
EMBEDDED_DATABASE = databases.is_embedded(DATABASE_URL)
DATABASES = {"default": databases.primary(DATABASE_URL, folder=LOCAL_DIR / "postgres")}
# Copies of the database that catalogue pages are read from (bookstore/replicas). Without any, all is
# read from the primary. One that is further behind than so many seconds is left out.
REPLICAS = addresses.databases(secret("REPLICA_URLS").split(","))
REPLICA_MAX_LAG = env.int("REPLICA_MAX_LAG", default=10)
DATABASES |= REPLICAS
DATABASE_ROUTERS = ["bookstore.replicas.reading.CatalogueRouter"] if REPLICAS else []

# What processes share and what each remembers for itself.
CACHES = sharing.caches()

# Sign-in
AUTH_USER_MODEL = "accounts.User"
# One alone: a second one would hash a wrong password a second time, and so tell who has an account.
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "accounts.validators.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_REDIRECT_URL = "shop:order_list"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "accounts.door_forms.AddEmailForm",
    "change_password": "accounts.door_forms.ChangePasswordForm",
    "login": "accounts.door_forms.LoginForm",
    "reauthenticate": "accounts.door_forms.ReauthenticateForm",
    "reset_password": "accounts.door_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.door_forms.ResetPasswordKeyForm",
    "set_password": "accounts.door_forms.SetPasswordForm",
    "signup": "accounts.door_forms.SignupForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
# Opening the link is enough, since it counts for nothing without the account (accounts/adapter.py).
ACCOUNT_CONFIRM_EMAIL_ON_GET = True
# In the browser that signed up, and soon after; in any other one signs in.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL = "accounts:overview"
ACCOUNT_CHANGE_EMAIL = True
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
# The shopper chooses: 60 days without a visit, or until the browser is closed (accounts/session_store.py).
# Who comes by another site or a passkey, which the device keeps anyway, is remembered.
ACCOUNT_SESSION_REMEMBER = None
# What a thief of a session would change first asks for the password, or what stands in for it
# (accounts/still_you.py).
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.reset_tokens.ResetTokens"
ACCOUNT_LOGOUT_REDIRECT_URL = "catalog:home"
ACCOUNT_EMAIL_NOTIFICATIONS = True
# How often somebody may try, counted in the shared cache.
ACCOUNT_RATE_LIMITS, TRY_AGAIN_AFTER = limits.RATES, limits.TRY_AGAIN_AFTER

# Sign-in by another site. One without keys here shows no button (README, "Google and GitHub").
SOCIALACCOUNT_ADAPTER = "accounts.social.SocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS, SIGN_IN_PAGES = other_sites.with_keys()

# A second factor: an authenticator app, passkeys, and recovery codes for when both are lost.
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Only those are signed in, and can set one up, whose address is confirmed.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# A code of the period before or after is right too: clocks differ, and people type.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "accounts.second_factor_forms.CodeForm",
    "reauthenticate": "accounts.second_factor_forms.ConfirmByCodeForm",
    "activate_totp": "accounts.second_factor_forms.ActivateAppForm",
    "authenticate_webauthn": "accounts.second_factor_forms.PasskeyForm",
    "login_webauthn": "accounts.second_factor_forms.SignInByPasskeyForm",
    "reauthenticate_webauthn": "accounts.second_factor_forms.ConfirmByPasskeyForm",
    "add_webauthn": "accounts.second_factor_forms.AddPasskeyForm",
    "edit_webauthn": "accounts.second_factor_forms.RenamePasskeyForm",
}

# Without a proxy in front (0) the address of the connection is the shopper's.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# Language, time, money: the shop's own are in SHOP below.
LANGUAGE_CODE, LANGUAGES = spoken.languages()
# What the reader chose; without it the browser's languages count (bookstore/languages.py).
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE, LANGUAGE_COOKIE_SAMESITE = 60 * 60 * 24 * 365, "Lax"
FORMAT_MODULE_PATH = ["bookstore.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("SHOP_TIME_ZONE", default="Europe/London")

# Static files and pictures
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = folder("STATIC_ROOT", LOCAL_DIR / "static")
MEDIA_URL = "media/"
MEDIA_ROOT = folder("MEDIA_ROOT", LOCAL_DIR / "media")
MEDIA_BUCKET = env.str("MEDIA_BUCKET", default="")
# What is served to nobody: feeds that staff upload.
PRIVATE_ROOT = folder("PRIVATE_ROOT", LOCAL_DIR / "private")
if PRIVATE_ROOT.is_relative_to(MEDIA_ROOT) or PRIVATE_ROOT.is_relative_to(STATIC_ROOT):
    raise ImproperlyConfigured(f"PRIVATE_ROOT is {PRIVATE_ROOT}, whose files would be served.")
PRIVATE_BUCKET = env.str("PRIVATE_BUCKET", default="")
if PRIVATE_BUCKET and PRIVATE_BUCKET == MEDIA_BUCKET:
    raise ImproperlyConfigured("PRIVATE_BUCKET is MEDIA_BUCKET, whose files are served.")
STORAGES = {
    "default": sharing.storage(MEDIA_BUCKET),
    "private": sharing.private_storage(PRIVATE_BUCKET, PRIVATE_ROOT),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# The largest feed that staff may upload, in megabytes.
FEED_UPLOAD_MB = env.int("FEED_UPLOAD_MB", default=256)

# Mail. A folder (MAIL_FOLDER) for a machine without a mail server, else SMTP.
MAIL_FOLDER = env.str("MAIL_FOLDER", default="")
if MAIL_FOLDER:
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": BASE_DIR / MAIL_FOLDER},
        }
    }
else:
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": env.str("SMTP_HOST", default="localhost"),
                "port": env.int("SMTP_PORT", default=587),
                "username": env.str("SMTP_USER", default=""),
                "password": secret("SMTP_PASSWORD"),
                "use_tls": env.bool("SMTP_TLS", default=True),
                "timeout": 20,
            },
        }
    }
# Only for a demo: one-time links stay readable in the admin and in the outbox after sending.
MAIL_KEEP_ONE_TIME_LINKS = env.bool("MAIL_KEEP_ONE_TIME_LINKS", default=False)

# Background work: django.tasks is what the code uses, procrastinate runs it (bookstore/tasks.py).
TASKS = {
    "default": {
        "BACKEND": "bookstore.tasks.ProcrastinateBackend",
        # Mail and money have queues of their own: whoever is silent there holds up nothing else.
        "QUEUES": ["default", "mail", "payments"],
    }
}
PROCRASTINATE_ON_APP_READY = "bookstore.tasks.register"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
# A machine that sleeps at night does the night's work in the morning.
PROCRASTINATE_PERIODIC_DEFAULTS = {"max_delay": 60 * 60 * 24}

# Payments. "demo" lets the shopper choose whether a payment succeeds, "stripe" takes cards. Empty:
# the shop takes no orders.
PAYMENT_PROVIDER = env.str("PAYMENT_PROVIDER", default="")
if PAYMENT_PROVIDER not in ("", "demo", "stripe"):
    raise ImproperlyConfigured(
        f"PAYMENT_PROVIDER is {PAYMENT_PROVIDER!r}; there are demo and stripe."
    )
# Without "stripe" they may stay, for refunds of what was paid by it.
STRIPE_SECRET_KEY = secret("STRIPE_SECRET_KEY")
STRIPE_WEBHOOK_SECRET = secret("STRIPE_WEBHOOK_SECRET")
# Another Stripe than the real one: a rehearsal on this machine.
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="").rstrip("/")
PAYMENT_PAGES: list[str] = []
if PAYMENT_PROVIDER == "stripe":
    STRIPE_SECRET_KEY = required("STRIPE_SECRET_KEY", "the secret key of the Stripe account, sk_…")
    STRIPE_WEBHOOK_SECRET = required(
        "STRIPE_WEBHOOK_SECRET", "the signing secret of the webhook at Stripe, whsec_…"
    )
    PAYMENT_PAGES = ["https://checkout.stripe.com"]
    if STRIPE_API_BASE:
        PAYMENT_PAGES.append("{0.scheme}://{0.netloc}".format(urlsplit(STRIPE_API_BASE)))

# Security
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=True)
SECURE_SSL_REDIRECT = HTTPS_ONLY
# Passkeys of a shop without HTTPS work on localhost alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS_ONLY
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60  # a basket lasts 60 days
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
# Staff without a second factor are kept out of the admin.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=True)
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "base-uri": [CSP.SELF],
    "frame-ancestors": [CSP.SELF],
    # The checkout form leads on to the payment page, the buttons of sign-in to the other site.
    "form-action": [CSP.SELF, *PAYMENT_PAGES, *SIGN_IN_PAGES],
}

# Logging
LOG_FORMAT = env.str("LOG_FORMAT", default="") or "json"
if LOG_FORMAT not in logs.SHAPES:
    raise ImproperlyConfigured(f"LOG_FORMAT is {LOG_FORMAT!r}; there are json and console.")
LOGGING = logs.configuration(level=env.str("LOG_LEVEL", default="INFO"), shape=LOG_FORMAT)

# Figures for Prometheus at /metrics, for whoever knows the token. The library looks for its folder in
# the environment; each machine has its own.
METRICS_TOKEN = secret("METRICS_TOKEN")
if METRICS_TOKEN:
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(LOCAL_DIR / "metrics"))
# What whoever deploys the shop calls this state of it.
RELEASE = env.str("RELEASE", default="")
# How old the last backup may be before `manage.py health` warns, in hours; at twice as many it fails.
# 0: this shop is backed up by other means.
BACKUP_MAX_HOURS = env.int("BACKUP_MAX_HOURS", default=0)

# The shop itself: pages, mails and invoices speak of it in these words.
SHOP = particulars.shop()
MFA_TOTP_ISSUER = SHOP["name"]
DEFAULT_FROM_EMAIL = f"{SHOP['name']} <{SHOP['email']}>"
SERVER_EMAIL = SHOP["email"]
BOOKS_PER_PAGE = 24
PAYMENT_MINUTES = env.int("PAYMENT_MINUTES", default=30)
HOLD_HOURS = env.int("HOLD_HOURS", default=48)
# What one of the staff gives back of one order alone, in all; anything beyond takes two people.
REFUND_ALONE_UP_TO = sum_of_money("REFUND_ALONE_UP_TO", default="100")
# The notice that titles, prices and stock are invented, shown on every page of a demo.
IS_DEMO = env.bool("DEMO_SHOP", default=False)
