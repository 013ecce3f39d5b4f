"""The doors: command line, HTTP and the use cases behind both."""
