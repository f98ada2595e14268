# Stops where an ERROR is raised, with the stack that raised it (`backtrace`).
#
#	gdb -x .gdbinit -p PID		PID: SELECT pg_backend_pid()
#
# errstart_cold is what ereport() and elog() of level ERROR and above call
# before they do anything else; lower levels do not come through it.  With the
# debugging symbols of the server (postgresql-15-dbgsym), chs-errors also stops
# at errfinish, where the message is complete:
#	print errordata[errordata_stack_depth].message

set breakpoint pending on
set print pretty on
# signals that a server uses for its own
handle SIGUSR1 SIGUSR2 SIGALRM SIGPIPE nostop noprint pass
break errstart_cold

define chs-errors
	break errfinish if errordata[errordata_stack_depth].elevel >= 21
end
document chs-errors
Stop at the end of ereport(ERROR or above); 21 is ERROR.
end
