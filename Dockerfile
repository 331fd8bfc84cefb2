# The program as it is published: built code, production packages, no compiler, no package manager's cache.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY tsconfig.json tsconfig.build.json ./
COPY core ./core
COPY connectors ./connectors
COPY destinations ./destinations
COPY webhooks ./webhooks
COPY runtime ./runtime
RUN npm run build

FROM node:24-slim AS packages
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-fund --no-audit

FROM node:24-slim
ENV NODE_ENV=production \
    PICKWELL_HOST=0.0.0.0 \
    PICKWELL_PORT=8787 \
    PICKWELL_DATA=/data
WORKDIR /app
COPY package.json manifest.json LICENSE ./
COPY --from=packages /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8787
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PICKWELL_PORT}/ready`, { signal: AbortSignal.timeout(2000) }).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=8", "dist/runtime/main.js", "start"]
