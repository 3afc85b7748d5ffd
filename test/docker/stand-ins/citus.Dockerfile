# Stands in for citusdata/citus: Debian's own PostgreSQL 15, and the Citus that was built for it on the machine, which the folder
# `machine/citus` of the context has; with the entrypoint of the other stand-in.
FROM copycat-stand-in/debian:bookworm
# The same minor release as there: Citus uses names of the server's that come and go with them.
ARG POSTGRES_VERSION
RUN echo 'deb http://deb.debian.org/debian-security bookworm-security main' >>/etc/apt/sources.list && apt-get update && \
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "postgresql-15=${POSTGRES_VERSION}" "postgresql-client-15=${POSTGRES_VERSION}" && \
  rm -rf /var/lib/apt/lists/* /var/lib/postgresql/15 && \
  install -d -o postgres -g postgres -m 1777 /var/lib/postgresql && install -d /docker-entrypoint-initdb.d
COPY machine/citus/lib /usr/lib/postgresql/15/lib
COPY machine/citus/extension /usr/share/postgresql/15/extension
ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
  PGDATA=/var/lib/postgresql/data
COPY postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
EXPOSE 5432
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
