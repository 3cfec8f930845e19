import { describe, expect, it } from 'vitest'
import { parseSettings, SettingsError, settingVariables } from '../../collector-processor/src/settings.ts'

describe('the settings', () => {
  it('have a default each', () => {
    const settings = parseSettings()
    expect(settings.prometheusUrl).toBe('http://127.0.0.1:9090')
    expect(settings.windowMs).toBe(3_600_000)
    expect(Object.values(settings)).not.toContain(undefined)
  })

  it('take options over the environment over defaults', () => {
    const env = { PITWALL_PROMETHEUS_URL: 'http://prometheus:9090', PITWALL_WINDOW: '30m', PITWALL_MIN_SAVING: '' }
    const settings = parseSettings({ windowMs: '2h' }, env)
    expect(settings).toMatchObject({ prometheusUrl: 'http://prometheus:9090', windowMs: 7_200_000, minSaving: 0.02 })
  })

  it('read headers as OpenTelemetry writes them', () => {
    const { prometheusHeaders } = parseSettings({}, { PITWALL_PROMETHEUS_HEADERS: 'X-Scope-OrgID=team-a,authorization=Bearer a=b' })
    expect(prometheusHeaders).toEqual({ 'X-Scope-OrgID': 'team-a', authorization: 'Bearer a=b' })
  })

  it.each([
    [{ windowMs: 'soon' }, {}, 'windowMs must be a duration such as 30s, 5m or 1h.'],
    [{ windowMs: undefined }, { PITWALL_WINDOW: 'soon' }, 'windowMs (PITWALL_WINDOW) must be a duration such as 30s, 5m or 1h.'],
    [{ prometheusUrl: 'prometheus:9090' }, {}, 'prometheusUrl must be an address such as http://127.0.0.1:9090.'],
    [{ blocks: 2 }, {}, 'blocks must be at least 3.'],
    [{ allowedStaleness: 2 }, {}, 'allowedStaleness must be 1 or less.'],
    [
      { windowMs: '1m' },
      {},
      'windowMs (60000 ms) is too short: each of its 12 blocks must hold two scrapes of 15000 ms, so it must be 360s or longer.',
    ],
  ])('say in one sentence what is wrong with %j %j', (options, env, message) => {
    expect(() => parseSettings(options, env)).toThrow(new SettingsError(message))
  })

  it('allow the seconds of a demo', () => {
    expect(parseSettings({ windowMs: '10s', blocks: 5, scrapeIntervalMs: 500 }).blocks).toBe(5)
  })

  it('name every variable after Pitwall', () => {
    for (const variable of Object.values(settingVariables)) expect(variable).toMatch(/^PITWALL_[A-Z_]+$/)
  })
})
