# Stands in for node:20-bookworm-slim: Debian 12 with the Node and npm of the machine that builds it. The folder `machine`
# of the context has them, with the certificates and npm settings that the machine reaches its registry by.
FROM copycat-stand-in/debian:bookworm
COPY machine/node /usr/local/bin/node
COPY machine/npm /usr/local/lib/node_modules/npm
COPY machine/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY machine/npmrc /usr/local/etc/npmrc
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
RUN apt-get update && apt-get install -y --no-install-recommends libstdc++6 && rm -rf /var/lib/apt/lists/* && \
  ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && \
  ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx && \
  groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node
CMD ["node"]
