s/size: 2/size: thirty/
