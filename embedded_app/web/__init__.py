"""What the outside world can ask of the app over HTTP; one blueprint per noun."""
