# An example agent with the SDK loaded by one flag; not root.
# docker build --file docker/agent.Dockerfile .
FROM node:24.21.0-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.base.json ./
COPY sdk/package.json sdk/
COPY collector-processor/package.json collector-processor/
COPY grafana/package.json grafana/
COPY test/bench/package.json test/bench/
RUN npm ci --ignore-scripts
COPY sdk sdk
RUN npx tsc --build sdk \
  && npm prune --omit=dev --omit=optional --ignore-scripts \
  && rm -rf collector-processor grafana test

FROM node:24.21.0-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app ./
COPY docker/agent.js ./
USER node
ENTRYPOINT ["node", "--import", "@pitwall/sdk/register", "agent.js"]
