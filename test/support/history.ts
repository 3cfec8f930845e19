export {
  historic,
  type HistoricPrometheus,
  type HistoricSeries,
  type HistoryOptions,
  startWithHistory,
  writeHistory,
} from '../../collector-processor/src/rule-tests/historic-prometheus.ts'
