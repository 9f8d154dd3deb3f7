/** An error as an AWS service answers it. */
export class AwsError extends Error {
  /**
   * @param code - the service's own code, e.g. `InvalidRequestException`
   * @param status - HTTP status; 400 unless the service says otherwise
   * @param members - further members of the modelled error shape, e.g. `ErrorCode`
   */
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    readonly members: Record<string, unknown> = {}
  ) {
    super(message);
    this.name = 'AwsError';
  }
}

/** The answer to an operation that the service does not have. */
export function unknownOperation(operation: string): AwsError {
  return new AwsError('UnknownOperationException', `The operation ${operation} is not known.`, 400);
}
