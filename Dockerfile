# The line in a container: no root, no shell, nothing to install at the start. Both stages are Debian 12 with Python 3.11.
# To pin them, put the digests that your registry shows behind the names.
FROM debian:12-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.txt pyproject.toml ./
COPY bot/__init__.py bot/__main__.py bot/
# The set-up of README.md, from the locked list with its hashes. Only its own files are there yet: the packages stay in a
# layer of their own while the program changes. It ends where it would start the line.
RUN python3 -c "from bot.__main__ import RUN_LOCK, Environment; Environment().set_up(RUN_LOCK)"
COPY . .
RUN mkdir /data

FROM gcr.io/distroless/python3-debian12:nonroot
WORKDIR /app
COPY --from=build /app /app
COPY --from=build --chown=65532:65532 /data /data
ENV HOTLINE_DATA=/data HOST=0.0.0.0 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65532:65532
EXPOSE 8080
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s \
    CMD ["/app/.venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
ENTRYPOINT ["/app/.venv/bin/python", "-m", "bot"]
