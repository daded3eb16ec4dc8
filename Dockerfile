# Any base with Python 3.11 or newer, its venv module and certificates will do.
ARG BASE=python:3.12-slim-bookworm

FROM ${BASE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv /opt/mailbot && python3 -m venv /opt/build
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN /opt/mailbot/bin/pip install --require-hashes -r requirements.lock \
    && /opt/build/bin/pip install --require-hashes -r requirements-build.lock
COPY . .
RUN /opt/build/bin/hatchling build -t wheel -d /wheel \
    && /opt/mailbot/bin/pip install --no-deps /wheel/*.whl \
    && /opt/mailbot/bin/mailbot --help > /dev/null

FROM ${BASE}
RUN groupadd --gid 10001 mailbot \
    && useradd --uid 10001 --gid mailbot --home-dir /var/lib/mailbot --no-create-home --shell /usr/sbin/nologin mailbot \
    && install --directory --owner mailbot --group mailbot --mode 700 /var/lib/mailbot
COPY --from=build /opt/mailbot /opt/mailbot
ENV PATH=/opt/mailbot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MAILBOT_DATA_DIR=/var/lib/mailbot \
    MAILBOT_CONSOLE__HOST=0.0.0.0 \
    MAILBOT_CONSOLE__PORT=8080
USER mailbot
WORKDIR /var/lib/mailbot
VOLUME /var/lib/mailbot
EXPOSE 8080
# The console answers from the same process as the daemon; `mailbot check` also tries every server, too much for each minute.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python3", "-c", \
    "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['MAILBOT_CONSOLE__PORT']}/health\", timeout=4)"]
ENTRYPOINT ["mailbot"]
CMD ["run"]
