/** What EC2 has in the account: parameters of EC2 types are checked against it. */
export const SUBNETS = ['subnet-0a1b2c3d4e5f60718', 'subnet-0f1e2d3c4b5a69788'];
export const SECURITY_GROUPS = ['sg-0123456789abcdef0', 'sg-0fedcba9876543210', 'sg-05a5b5c5d5e5f5051'];
