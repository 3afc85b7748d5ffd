# Stands in for ghcr.io/bluesky/tiled: the same release from PyPI. The folder `machine` of the context has the
# certificates and pip settings that the machine reaches its registry by.
FROM copycat-stand-in/debian:bookworm
ARG TILED_VERSION
COPY machine/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY machine/pip.conf /etc/pip.conf
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv && rm -rf /var/lib/apt/lists/* && \
  python3 -m venv /app && /app/bin/pip install --no-cache-dir "tiled[server]==${TILED_VERSION}" && \
  groupadd -r app && useradd -r -d /app -g app -N app
ENV PATH=/app/bin:/usr/local/bin:/usr/bin:/bin TILED_CONFIG=/deploy/config
STOPSIGNAL SIGINT
USER app
WORKDIR /app
EXPOSE 8000
CMD ["tiled", "serve", "config", "--host", "0.0.0.0", "--port", "8000", "--scalable"]
