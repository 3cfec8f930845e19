# The optimizer: `pitwall serve`, without a shell tool that it does not need and without root.
# docker build --file docker/processor.Dockerfile .
FROM node:24.21.0-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.base.json ./
COPY sdk/package.json sdk/
COPY collector-processor/package.json collector-processor/
COPY grafana/package.json grafana/
COPY test/bench/package.json test/bench/
RUN npm ci --ignore-scripts
COPY sdk sdk
COPY collector-processor collector-processor
RUN npx tsc --build sdk collector-processor \
  && npm prune --omit=dev --omit=optional --ignore-scripts \
  && rm -rf grafana test

FROM node:24.21.0-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app ./
USER node
EXPOSE 9465
# Inside a container loopback is unreachable; the published port decides who may ask.
ENTRYPOINT ["node", "collector-processor/bin/pitwall.js"]
CMD ["serve", "--host", "0.0.0.0"]
