# What deploy/bin/lambda-deploy sets of a function, in a form that can be compared.

# A function's configuration, as Lambda describes it, → its settings.
def settings: {
  Role, Runtime, Handler, MemorySize, Timeout, Architectures, CodeSha256,
  LogFormat: .LoggingConfig.LogFormat,
  Variables: (.Environment.Variables // {}),
  SubnetIds: (.VpcConfig.SubnetIds // [] | sort),
  SecurityGroupIds: (.VpcConfig.SecurityGroupIds // [] | sort)
};

# Settings, some or all → the names of those that are others in the settings $now. An endpoint that knows nothing of
# the format of logs says nothing of it.
def changes($now): [to_entries[] | select(.value != $now[.key])
  | select(.key != "LogFormat" or $now.LogFormat != null) | .key];
