export {
  historic,
  type HistoricPrometheus,
  type HistoricSeries,
  type HistoryOptions,
  startWithHistory,
} from '../../collector-processor/src/rule-tests/historic-prometheus.ts'
