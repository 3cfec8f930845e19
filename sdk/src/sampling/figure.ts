/** What can be measured of a section besides its time. */
export type FigureName = 'cpuMs' | 'allocatedBytes'

/** What was found of one kind in some calls of a function, and in how many of them it could not be known. */
export class Figure {
  known = 0
  unknown = 0
  total = 0
  max = 0

  /** A call is over; undefined where the figure is not known. */
  add(value: number | undefined): void {
    if (value === undefined) {
      this.unknown++
      return
    }
    this.known++
    this.total += value
    if (value > this.max) this.max = value
  }
}
